package io.millrace.ingress.kafka;

/**
 * Who is told by the status view, once what they are told can be read there.
 *
 * @param news those who wait for an answer; the tail tells them too and is usually first, but it
 *     may have passed the record before they began to listen
 * @param shown those who must not show more than the view does, by request
 * @param batches those who wait for a line of a batch to finish, by {@link ViewTopology#batchKey}
 * @param openBatches told, under {@link #ALL}, when there may be something to do for a batch
 */
public record ViewListeners(
    Listeners<NewsListener> news,
    Listeners<NewsListener> shown,
    Listeners<Runnable> batches,
    Listeners<Runnable> openBatches) {

  /** The one key of those who want to hear everything. */
  public static final String ALL = "";

  /** Nobody yet. */
  public ViewListeners() {
    this(new Listeners<>(), new Listeners<>(), new Listeners<>(), new Listeners<>());
  }
}
