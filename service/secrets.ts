/** What stands where a secret was. */
export const HIDDEN = "***";

/** Replaces the password of every URL in `text`, wherever it stands. What has no blank up to the last @ is the password. */
export function hideUrlPasswords(text: string): string {
  if (!text.includes("://")) return text;
  return text
    .replace(/(:\/\/[^\s:@/"'<>]*):[^\s"'<>]*@/g, `$1:${HIDDEN}@`)
    .replace(/([?&]password=)[^\s&"'<>]*/gi, `$1${HIDDEN}`);
}
