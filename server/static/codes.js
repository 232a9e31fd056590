// SPDX-License-Identifier: Apache-2.0
// Recovery codes: print, download, copy. Without script they are written down by hand.

const codes = [...document.querySelectorAll("#codes code")].map((code) => code.textContent);
const text = `${codes.join("\n")}\n`;
const status = document.querySelector("[data-status]");

document.querySelector("[data-tools]").hidden = false;
document.querySelector("[data-print]").addEventListener("click", () => window.print());
document.querySelector("[data-download]").addEventListener("click", (event) => {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: "text/plain" }));
  link.download = event.target.dataset.download;
  link.click();
  URL.revokeObjectURL(link.href);
  status.textContent = "Downloaded. Keep the file where only you can read it.";
});
document.querySelector("[data-copy]").addEventListener("click", async () => {
  try {
    await navigator.clipboard.writeText(text);
    status.textContent = "Copied.";
  } catch {
    status.textContent = "This browser does not let the page copy. Select the codes and copy them.";
  }
});
