import { useState } from "react";

import { useRun } from "@/features/runs/store";
import { _ } from "@/gettext";
import { page, rowAddress } from "@/page";
import { Menu, MenuItem, MenuLink } from "@/ui/Menu";

import { ImportDialog } from "../exchange/ImportDialog";
import { WorkflowSettings } from "../saving/WorkflowSettings";
import { useEditor } from "../store/editor";
import { useView } from "../store/view";
import { openVersions } from "../versions/store";

type Open = "import" | "settings" | null;

/** "…": what is done with the workflow as a whole. */
export function WorkflowMenu() {
  const [open, setOpen] = useState<Open>(null);
  const isAllowed = useEditor((state) => state.isAllowed);
  const list = useView((state) => state.list);
  const id = page().workflow?.id ?? "";
  const exportAs = (format: string) =>
    rowAddress("workflows", id, `export/?file_format=${format}`);
  return (
    <>
      <Menu label={_("More")} icon="ellipsis">
        <MenuItem icon="history" onChoose={() => useRun.getState().openDrawer("past")}>
          {_("Past runs on the drawing")}
        </MenuItem>
        <MenuItem icon="layers" onChoose={() => void openVersions()}>
          {_("Versions")}
        </MenuItem>
        <MenuLink icon="download" href={exportAs("yaml")} isFile>
          {_("Export with schedules (YAML)")}
        </MenuLink>
        <MenuLink icon="download" href={exportAs("json")} isFile>
          {_("Export with schedules (JSON)")}
        </MenuLink>
        <MenuItem icon="upload" onChoose={() => setOpen("import")}>
          {_("Import…")}
        </MenuItem>
        <MenuItem icon="list-tree" onChoose={() => useView.getState().setList(!list)}>
          {list ? _("Show as a drawing") : _("Read as a list")}
        </MenuItem>
        {isAllowed ? (
          <MenuItem icon="settings-2" onChoose={() => setOpen("settings")}>
            {_("Name, description, active…")}
          </MenuItem>
        ) : null}
      </Menu>
      {open === "import" ? <ImportDialog onClose={() => setOpen(null)} /> : null}
      {open === "settings" ? <WorkflowSettings onClose={() => setOpen(null)} /> : null}
    </>
  );
}
