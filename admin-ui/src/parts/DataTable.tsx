// SPDX-License-Identifier: Apache-2.0
import { type ColumnDef, createColumnHelper, tableFeatures, useTable } from '@tanstack/react-table';
import type { ReactNode } from 'react';
import styles from './DataTable.module.css';

const features = tableFeatures({});
type Features = typeof features;
// biome-ignore lint/suspicious/noExplicitAny: a column's value type differs from column to column
export type Columns<Row> = ColumnDef<Features, Row & object, any>[];

/** The helper with which a page declares its columns. */
export const columnsOf = <Row extends object>() => createColumnHelper<Features, Row>();

interface Props<Row extends object> {
  caption: string;
  columns: Columns<Row>;
  rows: Row[];
  rowId: (row: Row) => string;
  /** What to say when there is no row: what is empty, and why. */
  empty: ReactNode;
  /** True while newer rows are being fetched. */
  stale?: boolean;
}

/** A table; on a narrow screen each row becomes a card with its columns' names in front. */
export function DataTable<Row extends object>({ caption, columns, rows, rowId, empty, stale }: Props<Row>) {
  const table = useTable({ features, columns, data: rows, getRowId: rowId });
  if (rows.length === 0) return <div className={styles.empty}>{empty}</div>;
  // The roles are said aloud because a table that is laid out as cards loses its own.
  return (
    <table role="table" className={styles.table} aria-busy={stale ?? false}>
      <caption className="hidden-visually">{caption}</caption>
      <thead role="rowgroup">
        {table.getHeaderGroups().map((group) => (
          <tr role="row" key={group.id}>
            {group.headers.map((header) => (
              <th role="columnheader" scope="col" key={header.id}>
                <table.FlexRender header={header} />
              </th>
            ))}
          </tr>
        ))}
      </thead>
      <tbody role="rowgroup">
        {table.getRowModel().rows.map((row) => (
          <tr role="row" key={row.id}>
            {row.getAllCells().map((cell) => (
              <td role="cell" key={cell.id} data-label={cell.column.columnDef.header as string}>
                <div className={styles.value}>
                  <table.FlexRender cell={cell} />
                </div>
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
