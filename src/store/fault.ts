/** What must never happen within the registry itself. Its message is ours and holds no data, so the log shows it. */
export class Fault extends Error {
  override readonly name = 'Fault'
}
