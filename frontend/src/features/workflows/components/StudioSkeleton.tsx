/** The page while the workflow is read: its shapes without content. */

import { _ } from "@/gettext";

export function StudioSkeleton() {
  return (
    <div className="o-skeleton" role="status">
      <span className="o-sr">{_("Loading the workflow…")}</span>
      <div className="o-bench" aria-hidden="true">
        <span className="o-skeleton__bar" />
      </div>
      <div className="o-studio__body" aria-hidden="true">
        <div className="o-palette">
          {Array.from({ length: 8 }, (_, index) => (
            <span key={index} className="o-skeleton__bar" />
          ))}
        </div>
        <div className="o-board" />
        <div className="o-panel" />
      </div>
    </div>
  );
}
