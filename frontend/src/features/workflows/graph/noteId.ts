/** An id for a new note that no other tab gives, too. Works without https, unlike `randomUUID`. */
export function newNoteId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(8));
  return `note-${[...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}
