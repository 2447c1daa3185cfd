import { _ } from "@/gettext";
import { page } from "@/page";
import { Button } from "@/ui/Button";
import { moment } from "@/ui/time";

import { useEditor } from "../store/editor";
import { discardDraft, restoreDraft, useDrafts } from "./drafts";

/** Offers what an earlier visit drew and did not save. */
export function DraftOffer() {
  const offer = useDrafts((state) => state.offers[0]);
  const others = useDrafts((state) => state.offers.length - 1);
  const mayDraw = useEditor((state) => state.isAllowed);
  if (!offer || !mayDraw) return null;
  const when = moment(new Date(offer.draft.at), new Date(), page().zone);
  return (
    <section
      className="o-note o-note--clock o-offer"
      aria-label={_("Unsaved changes")}
      role="status"
    >
      <span className="o-note__text">
        {others > 0
          ? _("You have unsaved changes from %(when)s, and %(others)s older.", { when, others })
          : _("You have unsaved changes from %(when)s.", { when })}
      </span>
      <Button onClick={() => void restoreDraft(offer)}>{_("Restore")}</Button>
      <Button onClick={() => discardDraft(offer.key)}>{_("Discard")}</Button>
    </section>
  );
}
