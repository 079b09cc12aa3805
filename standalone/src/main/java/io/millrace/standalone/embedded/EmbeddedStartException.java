package io.millrace.standalone.embedded;

/** An embedded service did not come up; the message is one line for the user. */
public final class EmbeddedStartException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  EmbeddedStartException(String message) {
    super(message);
  }
}
