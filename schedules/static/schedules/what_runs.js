/* Shows the fields of what was chosen under "What runs" as soon as it is chosen. The server
   makes them: this does what the button beside the select does, without leaving the page. */
"use strict";
{
  const section = () => document.querySelector("fieldset.what-runs");
  let request = null;

  const parsed = async (form, signal) => {
    const body = new FormData(form);
    body.append("_fields", "1");
    const response = await fetch(form.action, { method: "POST", body, signal });
    if (!response.ok) throw new Error(response.statusText);
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const found = page.querySelector("fieldset.what-runs");
    if (!found) throw new Error("no fields");
    return document.adoptNode(found);
  };

  const show = async (select) => {
    request?.abort();
    request = new AbortController();
    const button = section().querySelector("button[name=_fields]");
    try {
      const found = await parsed(select.form, request.signal);
      const chosen = found.querySelector("#id_call");
      section().replaceWith(found);
      hideButton();
      const pickers = window.django?.jQuery?.(found).find(".admin-autocomplete");
      if (pickers?.length) pickers.djangoAdminSelect2();
      chosen.focus();
      found.querySelector("[role=status]").textContent = "The fields below are those of your choice.";
    } catch (error) {
      // As without this script: the person presses the button.
      if (error.name !== "AbortError") button.hidden = false;
    }
  };

  const hideButton = () => {
    const button = section()?.querySelector("button[name=_fields]");
    if (button) button.hidden = true;
  };

  document.addEventListener("DOMContentLoaded", hideButton);
  document.addEventListener("change", (event) => {
    if (event.target.id === "id_call") show(event.target);
  });
}
