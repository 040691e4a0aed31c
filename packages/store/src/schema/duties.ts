/** Something that is done now and then for the whole store, by whichever process comes first when it is due. */
export interface DutyTable {
  readonly name: string;
  readonly due_at: number;
}
