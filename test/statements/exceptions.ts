/** A statement that reads more than a bounded number of rows, by design: the words by which it is known, and why. */
export const unbounded: readonly { words: string; why: string }[] = [
  {
    words: 'jsonb_path_exists(t.doc',
    why: 'Everything that names a person is looked for in everything of the tables of their organisation: asked by one person, rarely.',
  },
  {
    words: 'l.actor_id = $1 as did',
    why: 'The entries by and about a person, over the same tables.',
  },
  {
    words: 'from roles r where r.agreement_id = seated.agreement_id',
    why: 'What somebody has in roles is looked for at every table of their organisation: asked when they leave.',
  },
]
