/* The theme of the user's settings. Django's own script, which has run already, keeps one for each
   browser: the settings change it once, and the switch in the top bar may change it again. */

{
  const wish = document.querySelector("meta[name=ostinato-theme]").content;
  if (localStorage.getItem("ostinato-theme") !== wish) {
    localStorage.setItem("ostinato-theme", wish);
    localStorage.setItem("theme", wish);
    document.documentElement.dataset.theme = wish;
  }
}
