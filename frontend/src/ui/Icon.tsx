/** An icon of the page's sprite; `name` is a Lucide name. Decorative: the text beside it speaks. */
export function Icon({ name, small = false }: { name: string; small?: boolean }) {
  return (
    <svg className={small ? "o-icon o-icon--s" : "o-icon"} aria-hidden="true">
      <use href={`#i-${name}`} />
    </svg>
  );
}
