// SPDX-License-Identifier: Apache-2.0
// What administrators do in the console, whichever page it is about.

/** Opens a page of the console and waits until all of it is there. */
export async function opened(page, path, title) {
  await page.goto(path);
  await page.getByRole('heading', { level: 1, name: title }).waitFor();
  await page.waitForFunction(() => !document.body.innerText.includes('Loading'));
}

export const dialogOf = (page) => page.getByRole('dialog');

/** What a page sends by itself, with its session's token. */
export function call(page, method, path, body) {
  return page.evaluate(
    async ([method, path, body]) => {
      const { csrf_token } = await (await fetch('/api/v1/me')).json();
      const headers = { 'X-CSRF-Token': csrf_token, 'content-type': 'application/json' };
      const answer = await fetch(path, { method, headers, body: body && JSON.stringify(body) });
      return { status: answer.status, body: await answer.json() };
    },
    [method, path, body],
  );
}

/** The proposal that a page of `first` tells of is approved by `second` and carried out by `first`. */
export async function agreed(page, title, first, second) {
  await page.getByRole('link', { name: 'see the proposal' }).click();
  await page.getByRole('heading', { level: 1, name: title }).waitFor();
  const address = new URL(page.url()).pathname;
  const other = await second.again();
  await opened(other.page, address, title);
  await other.page.getByRole('button', { name: 'Approve' }).click();
  await other.page.getByRole('alertdialog').getByRole('button', { name: 'Approve' }).click();
  await other.page.getByText('You approved it.').first().waitFor();
  other.clean();
  await other.context.close();
  await opened(page, address, title);
  await page.getByRole('button', { name: 'Carry out' }).click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Carry out' }).click();
  await page.getByText(`carried out by ${first.name}`).waitFor();
}

/** Puts a source on file: `first`, a sysadmin, proposes and carries out, `second` approves. */
export async function addSource(first, second, id, record) {
  const { page, context, clean } = await first.again();
  await opened(page, '/admin/sources', 'Sources of people');
  await page.getByRole('button', { name: 'Add a source' }).click();
  const dialog = dialogOf(page);
  await dialog.getByLabel('Id').fill(id);
  await dialog.getByLabel('Record').fill(JSON.stringify(record));
  await dialog.getByRole('button', { name: 'Next' }).click();
  await dialog.getByLabel('Reason').fill('agreed with the agency');
  await dialog.getByRole('button', { name: 'Propose' }).click();
  await agreed(page, `Put source ${id} on file`, first, second);
  clean();
  await context.close();
}
