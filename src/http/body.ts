import type { FastifyInstance, FastifyRequest } from 'fastify'
import { parseJson } from './json.ts'
import { DoorProblem } from './problem.ts'

/** 256 KiB: the fullest agreement text with all its decisions and commitments stays under 200 KiB. */
export const bodyLimit = 256 * 1024

const json = 'application/json'
const mergePatch = 'application/merge-patch+json'

/** The one media type in which a body of this method is sent: a PATCH is a JSON merge patch (RFC 7396), everything else plain JSON. */
export const bodyType = (method: string): string => (method === 'PATCH' ? mergePatch : json)

/** Reads bodies: JSON in UTF-8 without compression, of the media type of the method. What is in it, readInput checks. */
export function readBodies(app: FastifyInstance): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser([json, mergePatch], { parseAs: 'buffer' }, (request, body: Buffer, done) => {
    try {
      done(null, parse(request, body))
    } catch (error) {
      done(error as Error)
    }
  })
}

/** Reads nothing, and refuses: for a body of any other media type, and one without. */
export const refuseMediaType = (method: string): DoorProblem => {
  // RFC 9110 section 15.5.16 and RFC 5789 section 3.1: a 415 says what would be supported.
  const header = method === 'PATCH' ? 'accept-patch' : 'accept'
  return new DoorProblem('media-type', {
    params: { type: bodyType(method) },
    headers: { [header]: bodyType(method), 'accept-encoding': 'identity' },
  })
}

function parse(request: FastifyRequest, body: Buffer): unknown {
  const [type, ...parameters] = (request.headers['content-type'] ?? '').split(';').map((part) => part.trim().toLowerCase())
  const charset = parameters.find((parameter) => parameter.startsWith('charset='))?.replaceAll('"', '')
  const encoding = request.headers['content-encoding']
  const readable = (charset === undefined || charset === 'charset=utf-8') && (encoding === undefined || encoding === 'identity')
  if (!readable || type !== bodyType(request.method)) throw refuseMediaType(request.method)
  if (body.length === 0) return undefined
  try {
    // A byte order mark stays in the text, and JSON refuses it (RFC 8259, section 8.1).
    return parseJson(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body))
  } catch (error) {
    if (error instanceof DoorProblem) throw error
    // Without its cause: the message of a SyntaxError quotes the body.
    throw new DoorProblem('malformed-body')
  }
}
