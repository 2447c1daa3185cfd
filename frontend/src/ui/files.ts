/** Files of the user's computer: to save one, and to read one. */

export interface TextFile {
  name: string;
  text: string;
}

/** Hand a file to the browser, which saves it. */
export function saveAsFile({ name, text }: TextFile): void {
  const address = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  URL.revokeObjectURL(address);
}
