// Loaded without defer, before anything is painted: the chosen theme must not flash. app.js has the button.
try {
  const theme = localStorage.getItem("theme");
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
} catch {
  // Storage may be switched off; the system's theme stands.
}
