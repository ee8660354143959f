/**
 * The forms in which a police file (PL1300-2025123456), a public prosecutor's case (13/123456-25) and a case at a court (C/13/123456,
 * SGR 25/1234) are numbered. They are known by their form alone; the numbers that an organisation gives its own files have none.
 */
const forms = [
  /(?<![A-Z\d])PL ?\d[\dA-Z]{3} ?[-/] ?(?:19|20)\d{8}(?!\d)/iu,
  /(?<![\d/-])\d{2}[/.-]\d{6}-\d{2}(?![\d-])/u,
  /(?<![A-Z\d])C\/\d{2}\/\d{6}(?!\d)/iu,
  /(?<![A-Z\d])(?:AMS|ARN|AWB|BRE|DOR|GRO|HAA|LEE|LIM|MAA|MID|NHO|OBR|OVE|ROT|SGR|UTR|ZUT|ZWB) \d{2}\/\d{3,5}(?!\d)/u,
]

/** Whether the number of a police file, a prosecution or a court case stands in a text (docs/domain.md#no-client-data). */
export const holdsCaseNumber = (text: string): boolean => /\d{2}/.test(text) && forms.some((form) => form.test(text))
