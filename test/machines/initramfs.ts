/** A file of the image, or a folder where it has no content. */
export interface Entry {
  /** From the root, without a slash at the beginning; folders come before what lies in them. */
  readonly path: string;
  readonly content?: string | Uint8Array;
  /** Of a file; default 0644. */
  readonly mode?: number;
}

const FOLDER = 0o040755;
const FILE = 0o100000;
/** What the format wants at the end. */
const TRAILER = 'TRAILER!!!';

/** The archive that a Linux kernel unpacks as its first root: cpio's format "newc"
 *  (Documentation/driver-api/early-userspace/buffer-format.rst). All is root's. */
export function initramfs(entries: readonly Entry[]): Uint8Array {
  const members = entries.map(({ path, content, mode = 0o644 }, index) =>
    member(path, index + 1, content === undefined ? FOLDER : FILE | mode, Buffer.from(content ?? '')),
  );
  return Buffer.concat([...members, member(TRAILER, 0, 0, Buffer.alloc(0))]);
}

function member(path: string, inode: number, mode: number, content: Buffer): Uint8Array {
  const name = Buffer.from(`${path}\0`);
  // inode, mode, owner, group, links, time, size, device and the file's own (major and minor), length of name, checksum
  const fields = [inode, mode, 0, 0, 1, 0, content.length, 0, 0, 0, 0, name.length, 0];
  const header = Buffer.from(`070701${fields.map((field) => field.toString(16).padStart(8, '0')).join('')}`);
  return Buffer.concat([padded(Buffer.concat([header, name])), padded(content)]);
}

/** To a multiple of four bytes. */
const padded = (bytes: Buffer): Uint8Array => Buffer.concat([bytes, Buffer.alloc(-bytes.length & 3)]);
