import { useEffect, useId, useState } from "react";

import { ApiError } from "@/api/client";
import { _ } from "@/gettext";
import { page } from "@/page";
import { Button } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";
import { say } from "@/ui/messages";
import { moment } from "@/ui/time";
import { within } from "@/ui/words";

import { type GraphNode, nodeOf } from "../../graph/model";
import { useEditor } from "../../store/editor";
import {
  type IssuedWebhook,
  issueWebhook,
  loadWebhook,
  revokeWebhook,
  type Webhook,
} from "../../webhooks";

type Known = { webhook: Webhook | IssuedWebhook | null } | { failed: string } | undefined;
type Verb = "renew" | "revoke";

const reasonOf = (error: unknown) =>
  error instanceof ApiError ? error.message : _("The server cannot be reached.");

/** The address that starts the workflow from outside. Its secrets are shown once, when it is made. */
export function WebhookAddress({ node }: { node: GraphNode }) {
  const isSaved = useEditor(
    ({ saved }) => nodeOf(saved.graph, node.node_id)?.component_type === node.component_type,
  );
  return (
    <section className="o-panel__section">
      <h3>{_("Address")}</h3>
      {isSaved ? (
        <SavedAddress key={node.node_id} nodeId={node.node_id} />
      ) : (
        <p className="o-quiet">
          {_("Save the workflow first: then an address can be made for this node.")}
        </p>
      )}
    </section>
  );
}

function SavedAddress({ nodeId }: { nodeId: string }) {
  const [known, setKnown] = useState<Known>();
  const [asks, setAsks] = useState<Verb | null>(null);
  useEffect(() => {
    const cancel = new AbortController();
    loadWebhook(nodeId, cancel.signal).then(
      (webhook) => setKnown({ webhook }),
      (error: unknown) => cancel.signal.aborted || setKnown({ failed: reasonOf(error) }),
    );
    return () => cancel.abort();
  }, [nodeId]);
  const act = async (work: (nodeId: string) => Promise<Webhook | null>) => {
    setAsks(null);
    try {
      setKnown({ webhook: await work(nodeId) });
    } catch (error) {
      say(reasonOf(error), "bad");
    }
  };
  if (!known) return <p className="o-quiet">{_("Looking…")}</p>;
  if ("failed" in known) return <p className="o-quiet">{known.failed}</p>;
  return (
    <>
      <Shown webhook={known.webhook} onAsk={setAsks} onIssue={() => void act(issueWebhook)} />
      {asks ? (
        <Sure
          verb={asks}
          onClose={() => setAsks(null)}
          onDo={() => void act(asks === "renew" ? issueWebhook : revokeWebhook)}
        />
      ) : null}
    </>
  );
}

interface ShownProps {
  webhook: Webhook | IssuedWebhook | null;
  onAsk: (verb: Verb) => void;
  onIssue: () => void;
}

function Shown({ webhook, onAsk, onIssue }: ShownProps) {
  const mayChange = useEditor((state) => state.mayChange);
  if (!webhook) {
    return (
      <>
        <p className="o-quiet">{_("No address yet: nothing can call this webhook.")}</p>
        <Button icon="plus" disabled={!mayChange} onClick={onIssue}>
          {_("Make an address")}
        </Button>
      </>
    );
  }
  const made = moment(new Date(webhook.created_at), new Date(), page().zone);
  return (
    <div className="o-once">
      {"url" in webhook ? (
        <Secrets issued={webhook} />
      ) : (
        <p className="o-quiet">
          {_("Made %(made)s. It was shown once then; if it is lost, renew it.", { made })}
        </p>
      )}
      <span className="o-attach">
        <Button icon="refresh-cw" disabled={!mayChange} onClick={() => onAsk("renew")}>
          {_("Renew…")}
        </Button>
        <Button
          look="danger"
          icon="trash-2"
          disabled={!mayChange}
          onClick={() => onAsk("revoke")}
        >
          {_("Delete…")}
        </Button>
      </span>
    </div>
  );
}

function Secrets({ issued }: { issued: IssuedWebhook }) {
  return (
    <>
      <p className="o-note is-warn" role="status">
        <span className="o-note__text">{_("Copy both now: they are not shown again.")}</span>
      </p>
      <Secret label={_("Address")} value={issued.url} />
      <Secret label={_("Signing key")} value={issued.signing_key} />
    </>
  );
}

function Secret({ label, value }: { label: string; value: string }) {
  const id = useId();
  const copy = () =>
    navigator.clipboard.writeText(value).then(
      () => say(_("Copied the %(what)s.", { what: within(label) })),
      () => say(_("The browser does not let this page copy. Select the text instead."), "bad"),
    );
  return (
    <div className="o-field">
      <label htmlFor={id}>{label}</label>
      <div className="o-fieldrow">
        <input
          id={id}
          className="o-input-mono"
          readOnly
          value={value}
          onFocus={(event) => event.target.select()}
        />
        <Button
          icon="copy"
          aria-label={_("Copy the %(what)s", { what: within(label) })}
          onClick={() => void copy()}
        />
      </div>
    </div>
  );
}

function Sure({ verb, onClose, onDo }: { verb: Verb; onClose: () => void; onDo: () => void }) {
  const isRenewal = verb === "renew";
  return (
    <Dialog
      title={isRenewal ? _("Renew the address?") : _("Delete the address?")}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{_("Keep it")}</Button>
          <Button look={isRenewal ? "main" : "danger"} onClick={onDo}>
            {isRenewal ? _("Renew") : _("Delete")}
          </Button>
        </>
      }
    >
      <p>
        {isRenewal
          ? _("The present address and signing key stop working at once. Whoever calls it gets an error until they use the new ones.")
          : _("The present address and signing key stop working at once. Whoever calls it gets an error.")}
      </p>
    </Dialog>
  );
}
