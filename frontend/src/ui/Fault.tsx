/** What is wrong with a field, in place of its help. */
export function Fault({ id, children }: { id?: string; children: string }) {
  return (
    <p className="o-fault" id={id}>
      <svg viewBox="0 0 16 16" aria-hidden="true">
        <use href="#s-failing" />
      </svg>
      <span>{children}</span>
    </p>
  );
}
