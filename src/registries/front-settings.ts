/** A settings.xml whose only repository is the front, in place of every other. */
export function frontSettings(base: string): string {
  const mirror = `<mirror><id>sandcell</id><mirrorOf>*</mirrorOf><url>${base}/maven/</url></mirror>`;
  return `<?xml version="1.0" encoding="UTF-8"?>\n<settings><mirrors>${mirror}</mirrors></settings>\n`;
}
