import { useReactFlow, useStore } from "@xyflow/react";

import { _ } from "@/gettext";
import { Button } from "@/ui/Button";

import { fitAll } from "../store/flow";

/** Zoom out, 100 %, zoom in, fit. */
export function ZoomBar() {
  const { zoomIn, zoomOut, zoomTo } = useReactFlow();
  const percent = useStore((state) => Math.round(state.transform[2] * 100));
  return (
    <div className="o-zoom">
      <Button icon="minus" aria-label={_("Zoom out")} onClick={() => void zoomOut()} />
      <Button title={_("Zoom to 100 %")} onClick={() => void zoomTo(1)}>
        {percent} %
      </Button>
      <Button icon="plus" aria-label={_("Zoom in")} onClick={() => void zoomIn()} />
      <Button icon="maximize" aria-label={_("Fit to the window")} onClick={fitAll} />
    </div>
  );
}
