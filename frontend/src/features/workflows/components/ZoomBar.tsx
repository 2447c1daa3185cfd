import { useReactFlow, useStore } from "@xyflow/react";

import { Button } from "@/ui/Button";

import { fitAll } from "../store/flow";

/** Zoom out, 100 %, zoom in, fit. */
export function ZoomBar() {
  const { zoomIn, zoomOut, zoomTo } = useReactFlow();
  const percent = useStore((state) => Math.round(state.transform[2] * 100));
  return (
    <div className="o-zoom">
      <Button icon="minus" aria-label="Zoom out" onClick={() => void zoomOut()} />
      <Button title="Zoom to 100 %" onClick={() => void zoomTo(1)}>
        {percent} %
      </Button>
      <Button icon="plus" aria-label="Zoom in" onClick={() => void zoomIn()} />
      <Button icon="maximize" aria-label="Fit to the window" onClick={fitAll} />
    </div>
  );
}
