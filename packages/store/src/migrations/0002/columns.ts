import type { ColumnDefinitionBuilder } from 'kysely';

/** For `addColumn`: a value that is always there. */
export const always = (column: ColumnDefinitionBuilder): ColumnDefinitionBuilder => column.notNull();
