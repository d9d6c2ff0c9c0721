// Says so where a page does not begin: a part of it was lost on its way, or the browser is too old for it. This is no
// module, and in words that each browser knows.

(function () {
  var TRIES_EVERY = 10000; // milliseconds
  var lost = false;

  function opening() {
    return document.getElementById("opening"); // gone once the page has begun
  }

  function say(text, english) {
    var place = opening();
    if (!place) return;
    var other = document.createElement("span");
    other.lang = "en";
    other.textContent = english;
    var again = document.createElement("button");
    again.textContent = "再试一次";
    again.onclick = function () { location.reload(); };
    place.textContent = text;
    [other, document.createElement("br"), again].forEach(function (one) { place.appendChild(one); });
  }

  function old() {
    say("这个浏览器太旧，打不开这一页：请更新，或换一个浏览器。", "This browser is too old for this page.");
  }

  /** Nobody may be there to press the button, as at a wall. */
  function tryAgain() {
    var asked = new XMLHttpRequest();
    asked.onload = function () {
      if (asked.status === 200) location.reload();
      else later();
    };
    asked.onerror = later;
    asked.open("HEAD", location.pathname);
    asked.send();
  }

  function later() {
    setTimeout(function () { if (opening()) tryAgain(); }, TRIES_EVERY);
  }

  addEventListener("error", function (event) {
    var from = /** @type {Element|null} */ (event.target);
    if (from && from.tagName === "SCRIPT" && !lost) {
      lost = true;
      say("页面没有取全：请检查网络，恢复后会自动打开。", "Part of this page was lost: check the network.");
      later();
    } else if (/SyntaxError/.test(event.message)) old();
  }, true);

  if (!("noModule" in document.createElement("script"))) addEventListener("DOMContentLoaded", old);
})();
