// SPDX-License-Identifier: Apache-2.0
// Two minutes before a session ends, the line that tells its end becomes an alert. Without script it is
// there to be read all along, with the same button.
const ends = document.querySelector("form[data-warn-after]");
const longest = 2 ** 31 - 1;
const wait = Number(ends?.dataset.warnAfter) * 1000;
if (ends && wait >= 0 && wait <= longest) {
  setTimeout(() => {
    const warning = ends.querySelector("[data-warning]");
    warning.textContent = "Your session ends in two minutes. Stay signed in?";
    warning.setAttribute("role", "alert");
    ends.classList.add("session-ending");
  }, wait);
}
