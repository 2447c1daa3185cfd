import { Component, type ReactNode } from "react";

import { _ } from "@/gettext";

import { Button } from "./Button";

interface ErrorBoundaryProps {
  /** What cannot be shown, as the subject of a sentence: "This page". */
  what: string;
  /** What can be done about it, and what is not lost. */
  advice: string;
  /** Of a part: what it shows, so that it is drawn again for another. The whole page has none. */
  part?: string;
  /** Keeps what must not be lost. */
  onError?: () => void;
  children: ReactNode;
}

interface ErrorBoundaryState {
  error: Error | null;
}

/** Shows what went wrong in place of the part that cannot be drawn; the rest of the page stays. */
export class ErrorBoundary extends Component<ErrorBoundaryProps, ErrorBoundaryState> {
  override state: ErrorBoundaryState = { error: null };

  static getDerivedStateFromError(error: unknown): ErrorBoundaryState {
    return { error: error instanceof Error ? error : new Error(String(error)) };
  }

  override componentDidCatch(): void {
    this.props.onError?.();
  }

  override componentDidUpdate(before: ErrorBoundaryProps): void {
    if (before.part !== this.props.part && this.state.error) this.setState({ error: null });
  }

  override render(): ReactNode {
    const { error } = this.state;
    const { what, advice, part, children } = this.props;
    if (!error) return children;
    return (
      <div className="o-empty" role="alert">
        <h2>{_("%(what)s cannot be shown", { what })}</h2>
        <p>{advice}</p>
        <p className="o-quiet">
          {_("For a report of the problem:")} <code>{error.message}</code>
        </p>
        <div className="o-tools">
          {part === undefined ? (
            <Button look="main" onClick={() => window.location.reload()}>
              {_("Reload the page")}
            </Button>
          ) : (
            <Button onClick={() => this.setState({ error: null })}>{_("Try again")}</Button>
          )}
        </div>
      </div>
    );
  }
}
