import { execFile } from 'node:child_process'
import { chmodSync, closeSync, ftruncateSync, mkdirSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** A file system of the run's own, which can fill up and lose its power. */
export type OwnFileSystem = { path: string; remove(): Promise<void> }
export type PoweredFileSystem = OwnFileSystem & {
  /** Everything that was not flushed is gone, and nothing works any more. */
  cutPower(): Promise<void>
  /** Mounts again what is left, once nobody uses it; its journal is replayed. */
  returnPower(): Promise<void>
}

const place = (): { directory: string; path: string } => {
  const directory = mkdtempSync(join(tmpdir(), 'handslag-faults-'))
  const path = join(directory, 'mounted')
  mkdirSync(path)
  // PostgreSQL may run as another user, and has to pass through.
  for (const one of [directory, path]) chmodSync(one, 0o755)
  return { directory, path }
}

/** Why file systems cannot be mounted here; nothing where they can. */
export async function cannotMount(): Promise<string | undefined> {
  if (process.platform !== 'linux') return 'only Linux has what it takes'
  if (process.getuid?.() !== 0) return 'only root can mount'
  return undefined
}

/** Unmounts, at the latest when the last who uses it is gone. */
const leave = (path: string) => run('umount', [path]).catch(() => run('umount', ['--lazy', path]))

/** A small ext4 on a file: what it has not flushed can be thrown away, as a power cut does (ioctl EXT4_IOC_SHUTDOWN, kernel 4.11). */
export async function poweredFileSystem(megabytes: number): Promise<PoweredFileSystem> {
  const { directory, path } = place()
  const disk = join(directory, 'disk')
  const file = openSync(disk, 'w')
  ftruncateSync(file, megabytes * 2 ** 20)
  closeSync(file)
  await run('mkfs.ext4', ['-q', '-F', disk])
  const mount = () => run('mount', ['-o', 'loop', disk, path])
  await mount()
  return {
    path,
    // 2 is EXT4_GOING_FLAGS_NOLOGFLUSH: the journal is not flushed either. Node has no ioctl; Perl is on every Linux.
    cutPower: async () => {
      await run('perl', ['-e', 'open(my $f, "<", $ARGV[0]) or die $!; my $how = pack("L", 2); ioctl($f, 0x8004587d, $how) or die $!', path])
    },
    returnPower: async () => {
      await run('umount', [path])
      await mount()
    },
    remove: async () => {
      await leave(path)
      rmSync(directory, { recursive: true, force: true })
    },
  }
}

/** A small file system in memory, which can be filled to the last byte, and emptied again. */
export async function smallFileSystem(megabytes: number): Promise<OwnFileSystem & { fill(): void; clear(): void }> {
  const { directory, path } = place()
  await run('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m,mode=755`, 'tmpfs', path])
  const ballast = join(path, 'ballast')
  return {
    path,
    fill: () => {
      const file = openSync(ballast, 'a')
      // Smaller and smaller pieces, until not a page is left.
      for (let size = 2 ** 20; size >= 4096; ) {
        try {
          writeSync(file, Buffer.alloc(size, 1))
        } catch {
          size /= 2
        }
      }
      closeSync(file)
    },
    clear: () => rmSync(ballast, { force: true }),
    remove: async () => {
      await leave(path)
      rmSync(directory, { recursive: true, force: true })
    },
  }
}
