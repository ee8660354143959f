import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Load, startLoad } from './load.ts'
import { readings, requestsFor } from './readers.ts'
import { digits, type Found, figureOf, type Options } from './result.ts'
import { writesOf } from './writers.ts'

/** The memory of a process at a moment: seconds since the beginning, and megabytes. */
type Sample = { at: number; megabytes: number }

/** How much memory one registry process takes under a mixed load, and whether that grows. Linux says it of a process. */
export async function memory({ world, minutes, say }: Options): Promise<Found> {
  const { registry, filled } = await world()
  const requests = requestsFor(await readings(registry, filled))
  const { contributions } = await writesOf(registry, filled.openAgreements, 1)
  const end = performance.now() + minutes * 60_000
  const reading = { url: registry.url, expect: 200, seconds: 10 }
  const working = [
    busy(end, 0, (load) => load.slice({ ...reading, requests: requests.current, connections: 8 })),
    busy(end, 0, (load) => load.slice({ ...reading, requests: requests.list, connections: 2 })),
    // One second in five: what an agreement takes in is bounded.
    busy(end, 4, (load) => load.slice({ url: registry.url, requests: contributions, expect: 201, connections: 4, seconds: 1 })),
  ]
  say(`memory: ${minutes} minutes of current at 8 connections, lists at 2, and contributions at 4 in one second of five`)
  const samples = sampled(registry.pid, end, registry.forgetLog)
  const [answered] = await Promise.all([Promise.all(working), samples])
  return found(await samples, answered)
}

/** Goes on doing something until a moment, with rests of so many seconds; gives how many requests were answered. */
async function busy(end: number, restSeconds: number, work: (load: Load) => Promise<{ answered: number }>): Promise<number> {
  const load = startLoad()
  let answered = 0
  try {
    while (performance.now() < end) {
      answered += (await work(load)).answered
      await sleep(restSeconds * 1000)
    }
  } finally {
    load.stop()
  }
  return answered
}

async function sampled(pid: number, end: number, eachTime: () => void): Promise<Sample[]> {
  const samples: Sample[] = []
  const begin = performance.now()
  while (performance.now() < end) {
    const [, kilobytes = 'NaN'] = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
    samples.push({ at: (performance.now() - begin) / 1000, megabytes: Number(kilobytes) / 1024 })
    eachTime()
    await sleep(1_000)
  }
  return samples
}

function found(samples: readonly Sample[], [current = 0, list = 0, contributions = 0]: readonly number[]): Found {
  const megabytes = samples.map((sample) => sample.megabytes)
  const most = Math.max(...megabytes)
  // The first third fills caches and grows the heap to its size.
  const settled = samples.slice(Math.floor(samples.length / 3))
  const growth = figureOf(slopes(settled).map((perSecond) => 3600 * perSecond))
  const rows = [
    ['at the beginning', digits(megabytes[0] ?? Number.NaN)],
    ['median', digits(figureOf(megabytes).median)],
    ['at the end', digits(megabytes.at(-1) ?? Number.NaN)],
    ['most', digits(most)],
    ['answered meanwhile', `${digits(current)} current, ${digits(list)} lists, ${digits(contributions)} contributions`],
  ]
  return {
    figures: { memoryPeakMB: { median: most, low: most, high: most }, memoryGrowthMBPerHour: growth },
    tables: [{ title: 'Memory of one process', columns: ['when', 'MB (resident)'], rows }],
  }
}

/** The slopes of the lines through every two samples; their median is one that outliers do not bend (Theil and Sen). */
export const slopes = (samples: readonly Sample[]): number[] =>
  samples.flatMap((from, nth) => samples.slice(nth + 1).map((to) => (to.megabytes - from.megabytes) / (to.at - from.at)))
