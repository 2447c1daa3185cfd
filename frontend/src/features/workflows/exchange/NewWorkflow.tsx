import "./exchange.css";

import { type ReactNode, useEffect, useState } from "react";

import { _ } from "@/gettext";
import { Button } from "@/ui/Button";
import { Icon } from "@/ui/Icon";
import { Messages } from "@/ui/Messages";

import { ImportDialog } from "./ImportDialog";
import { ImportProblems } from "./ImportForm";
import { createWorkflow, importWorkflow, loadTemplates, openCanvas, type Template } from "./load";
import { Picture } from "./Picture";
import { type ImportProblem, problemOf } from "./useImport";

const NO_NAME: ImportProblem = { message: _("Give the workflow a name first."), places: {} };

/** The page "new": a name, then an empty workflow, a template, or a file. */
export function NewWorkflow() {
  const { name, setName, problem, isBusy, begin } = useBeginning();
  const [isImporting, setImporting] = useState(false);
  const startEmpty = () => begin(() => createWorkflow(name.trim()), !name.trim());
  const startFrom = ({ key }: Template) =>
    begin(() => importWorkflow({ template: key, ...(name.trim() ? { name: name.trim() } : {}) }));
  return (
    <div className="o-begin" aria-busy={isBusy}>
      <h1>{_("New workflow")}</h1>
      <form
        className="o-field"
        onSubmit={(event) => {
          event.preventDefault();
          startEmpty();
        }}
      >
        <label htmlFor="new-name">{_("Name")}</label>
        <input
          id="new-name"
          autoFocus
          value={name}
          aria-describedby="new-name-help"
          onChange={(event) => setName(event.target.value)}
        />
        <p className="o-help" id="new-name-help">
          {_("A template brings its own name if you leave this empty.")}
        </p>
      </form>
      {problem ? <NotStarted problem={problem} /> : null}
      <h2>{_("Begin with")}</h2>
      <div className="o-begin__starts">
        <Start title={_("An empty drawing")} text={_("Pick a trigger, then draw.")} isBusy={isBusy} onChoose={startEmpty}>
          <Icon name="plus" />
        </Start>
        <Templates isBusy={isBusy} onChoose={startFrom} />
        <Start
          title={_("A file")}
          text={_("An exported workflow, YAML or JSON. You see what it makes first.")}
          isBusy={isBusy}
          onChoose={() => setImporting(true)}
        >
          <Icon name="upload" />
        </Start>
      </div>
      {isImporting ? <ImportDialog onClose={() => setImporting(false)} /> : null}
      <Messages />
    </div>
  );
}

const NotStarted = ({ problem }: { problem: ImportProblem }) =>
  Object.keys(problem.places).length ? (
    <ImportProblems problem={problem} />
  ) : (
    <p className="o-note is-bad" role="alert">
      {problem.message}
    </p>
  );

function useBeginning() {
  const [name, setName] = useState("");
  const [problem, setProblem] = useState<ImportProblem | null>(null);
  const [isBusy, setBusy] = useState(false);
  const begin = async (make: () => Promise<string>, lacksName = false) => {
    if (isBusy) return;
    if (lacksName) {
      setProblem(NO_NAME);
      document.getElementById("new-name")?.focus();
      return;
    }
    setBusy(true);
    setProblem(null);
    try {
      openCanvas(await make());
    } catch (error) {
      setProblem(problemOf(error));
      setBusy(false);
    }
  };
  return { name, setName, problem, isBusy, begin: (...given: Parameters<typeof begin>) => void begin(...given) };
}

interface StartProps {
  title: string;
  text: string;
  isBusy: boolean;
  onChoose: () => void;
  children: ReactNode;
}

function Start({ title, text, isBusy, onChoose, children }: StartProps) {
  return (
    <button type="button" className="o-start" disabled={isBusy} onClick={onChoose}>
      <span className="o-begin__art">{children}</span>
      <span>
        <span className="o-strong">{title}</span>
        <br />
        <span className="o-quiet">{text}</span>
      </span>
    </button>
  );
}

interface TemplatesProps {
  isBusy: boolean;
  onChoose: (template: Template) => void;
}

function Templates({ isBusy, onChoose }: TemplatesProps) {
  const [templates, setTemplates] = useState<readonly Template[]>([]);
  const [problem, setProblem] = useState<string | null>(null);
  const load = () => {
    setProblem(null);
    loadTemplates().then(setTemplates, (error: unknown) => setProblem(problemOf(error).message));
  };
  useEffect(load, []);
  if (problem) {
    return (
      <div className="o-note is-bad" role="alert">
        <span className="o-note__text">{_("The templates could not be read.")} {problem}</span>
        <Button onClick={load}>{_("Try again")}</Button>
      </div>
    );
  }
  return templates.map((template) => (
    <Start
      key={template.key}
      title={_(template.name)}
      text={_(template.description)}
      isBusy={isBusy}
      onChoose={() => onChoose(template)}
    >
      <Picture drawing={template} />
    </Start>
  ));
}
