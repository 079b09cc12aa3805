package io.millrace.workers;

/** How a kind of provider does what a client asks for. */
public enum Support {
  /** The provider does it. */
  YES,
  /** Some of its models do it; a model that does not answers with its own error. */
  BY_MODEL,
  /** Millrace does it: fetches an image, makes several calls, asks in words. */
  EMULATED,
  /** It cannot be had: the field is dropped or refused. */
  NO
}
