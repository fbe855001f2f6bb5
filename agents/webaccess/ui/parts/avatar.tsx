/** A disc with initials, in a colour that the address chooses. */
export function Avatar({ name, address, size }: { name: string; address: string; size?: "small" }) {
  const words = (name || address).replace(/[^\p{L}\p{N}\s@.-]/gu, "").split(/[\s@.-]+/).filter(Boolean);
  const initials = [words[0], words.length > 1 ? words[words.length - 1] : ""].map((w) => [...(w ?? "")][0] ?? "").join("");
  let sum = 0;
  for (const c of address || name) sum = (sum * 31 + (c.codePointAt(0) ?? 0)) % 4096;
  return (
    <span class="avatar" data-tone={sum % 4} data-size={size} aria-hidden="true">
      {initials.toLocaleUpperCase() || "?"}
    </span>
  );
}
