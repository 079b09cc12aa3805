package io.millrace.ingress.kafka;

/** The status view cannot answer now: it starts, moves, or is behind the log. Ask again. */
public final class ViewBehindException extends RuntimeException {

  private static final long serialVersionUID = 1;

  public ViewBehindException() {
    super("the status view is behind", null, false, false);
  }
}
