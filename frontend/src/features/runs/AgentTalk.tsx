import { Fragment } from "react";

import { _, ngettext, number } from "@/gettext";
import type { Json, JsonObject } from "@/types/models";
import { Icon } from "@/ui/Icon";
import { JsonTree } from "@/ui/JsonTree";
import { State } from "@/ui/State";
import { runState } from "@/ui/states";
import { duration } from "@/ui/time";

import { callsOf, leftOut, spentOf, type ToolCall, type Turn, turnsOf } from "./agentRecord";

interface AgentTalkProps {
  output: Json;
  config: JsonObject;
  defaults: JsonObject;
}

/** What an agent was asked, said and did, and what it used of its budget. */
export function AgentTalk({ output, config, defaults }: AgentTalkProps) {
  const turns = turnsOf(callsOf(output));
  const left = leftOut(output);
  return (
    <>
      <dl className="o-kv">
        {spentOf(output, config, defaults).map(({ name, used, limit }) => (
          <Fragment key={name}>
            <dt>{name}</dt>
            <dd>
              {limit === null
                ? number(used)
                : _("%(used)s of %(limit)s", { used: number(used), limit: number(limit) })}
            </dd>
          </Fragment>
        ))}
      </dl>
      <ol className="o-talk">
        {turns.map((turn, index) => (
          <TurnItem key={index} turn={turn} isFirst={index === 0} />
        ))}
      </ol>
      {left ? <p className="o-quiet">{leftOutText(left)}</p> : null}
    </>
  );
}

const leftOutText = (left: number) =>
  ngettext(
    "%(count)s more call had no room in the record.",
    "%(count)s more calls had no room in the record.",
    left,
  );

function TurnItem({ turn, isFirst }: { turn: Turn; isFirst: boolean }) {
  const { request, tools } = turn;
  return (
    <li>
      <span className="o-avatar o-avatar--agent o-avatar--l">
        <Icon name="bot" />
      </span>
      <div>
        <div className="o-talk__who">
          <b className="o-strong">{_("Agent")}</b>
          {request?.model ? <span className="o-quiet">{request.model}</span> : null}
          <span className="o-end">
            <Length seconds={request?.seconds} />
          </span>
        </div>
        {isFirst && request?.asked ? <Asked text={request.asked} /> : null}
        {request?.answer ? <p className="o-talk__say o-error-text">{request.answer}</p> : null}
        {request?.error ? <p className="o-talk__say o-error-text">{request.error}</p> : null}
        {tools.map((tool, index) => (
          <Call key={index} call={tool} />
        ))}
      </div>
    </li>
  );
}

function Asked({ text }: { text: string }) {
  return (
    <details>
      <summary className="o-quiet">{_("The task")}</summary>
      <p className="o-talk__say o-error-text">{text}</p>
    </details>
  );
}

/** How long a call took; one without goes on. */
function Length({ seconds }: { seconds: number | undefined }) {
  if (seconds !== undefined) return <>{duration(seconds * 1000)}</>;
  const shown = runState("running");
  return <State {...shown}>{_("under way")}</State>;
}

function Call({ call }: { call: ToolCall }) {
  return (
    <details className="o-call">
      <summary>
        <Icon name="wrench" small />
        <code>{call.tool}</code>
        <span className="o-end">
          {call.isError ? _("refused,") : ""} <Length seconds={call.seconds} />
        </span>
      </summary>
      <div className="o-call__body">
        <span className="o-help">{_("Asked")}</span>
        <JsonTree value={call.arguments} label={_("Arguments of %(tool)s", { tool: call.tool })} />
        {call.result === undefined ? null : (
          <>
            <span className="o-help">{_("Answered")}</span>
            <JsonTree value={call.result} label={_("Result of %(tool)s", { tool: call.tool })} />
          </>
        )}
      </div>
    </details>
  );
}
