import type { Door, DoorName, TenantContext } from './door.ts';

/** Ports by door. Absent: any free one. */
export interface DoorPorts {
  readonly entra?: number;
  readonly graph?: number;
  /** TLS from the first byte. */
  readonly imap?: number;
  /** STARTTLS. */
  readonly smtp?: number;
}

type StartDoor = (context: TenantContext, ports: DoorPorts) => Promise<Door>;

/** The doors in the order in which they are opened. Graph comes after Entra: it tells where to sign in. */
export const STARTERS: readonly (readonly [DoorName, StartDoor])[] = [];
