// What Markdown (CommonMark, and GitHub's tables, strikethrough, formulas and addresses that become links by themselves) reads anywhere in a line.
const marks = /[\\`*_[\]<>&~|$#@]/g
const addresses = /:(?=\/\/)|(?<=\bwww)\./gi
// What it reads at the beginning of one: lists, numbers of lists, and the lines that make a heading or a table of the line before.
const beginnings = /^([-+=:]|\d+(?=[.)]))/

/** Texts that people write as lines of Markdown that say the same, and nothing but text: no heading, list, link, picture or HTML comes of them. */
export const markdownLines = (text: string): string[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .map((line) =>
      line
        .replace(marks, '\\$&')
        .replace(addresses, '\\$&')
        .replace(beginnings, (found) => (/\d/.test(found) ? `${found}\\` : `\\${found}`)),
    )

/** A text on one line, for headings and within a sentence. */
export const inMarkdown = (text: string): string => markdownLines(text.replaceAll('\n', ' ')).join(' ')
