import { useEffect, useRef } from "react";

import { _ } from "@/gettext";

import type { Candidate } from "../../graph/completion";

interface CandidateListProps {
  id: string;
  candidates: readonly Candidate[];
  chosen: number;
  onTake: (candidate: Candidate) => void;
}

/** What may follow, with the value of each in the last run. */
export function CandidateList({ id, candidates, chosen, onTake }: CandidateListProps) {
  const ref = useRef<HTMLUListElement>(null);
  useEffect(() => {
    ref.current?.children[chosen]?.scrollIntoView?.({ block: "nearest" });
  }, [chosen]);
  return (
    <ul
      ref={ref}
      id={id}
      className="o-combo__list o-combo__list--flow o-candidates"
      role="listbox"
      aria-label={_("Values that this node knows")}
    >
      {candidates.map((candidate, index) => (
        <li
          key={candidate.text}
          id={`${id}-${index}`}
          role="option"
          aria-selected={index === chosen}
          // Before the field loses the focus.
          onMouseDown={(event) => {
            event.preventDefault();
            onTake(candidate);
          }}
        >
          <code>
            <mark>{candidate.text.slice(0, candidate.typed)}</mark>
            {candidate.text.slice(candidate.typed)}
          </code>
          <span className="o-quiet">{candidate.about}</span>
        </li>
      ))}
    </ul>
  );
}
