package io.millrace.workers;

/**
 * An image or a file that was fetched, as providers take it inside JSON.
 *
 * @param mediaType in lower case, without parameters
 * @param base64 its bytes (RFC 4648, section 4)
 */
public record Media(String mediaType, String base64) {

  /** Leaves the content out, which is a prompt. */
  @Override
  public String toString() {
    return "Media[" + mediaType + ", " + base64.length() + " base64 characters]";
  }
}
