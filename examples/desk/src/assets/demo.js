// The sample site's own buttons: each opens the widget for its service.
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-service]");
  if (!button) return;
  RingbackBus.command("Callback.configure", { serviceName: button.dataset.service })
    .then(() => RingbackBus.command("Callback.open", {}))
    .catch(() => {});
});
