package io.millrace.workers;

import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * An HTTP request as a value.
 *
 * @param path path and query below the adapter's base URL, beginning with a slash
 * @param headers by lower-case name; content-length and host are the runner's
 */
public record HttpCall(String method, String path, Map<String, String> headers, ByteBuffer body) {

  public HttpCall {
    headers = Map.copyOf(headers);
  }

  /** The same with one more header. */
  public HttpCall withHeader(String name, String value) {
    var more = new LinkedHashMap<>(headers);
    more.put(name, value);
    return new HttpCall(method, path, more, body);
  }

  /** Names the call without its headers and body, which hold keys and prompts. */
  @Override
  public String toString() {
    return "HttpCall[" + method + " " + path + ", " + body.remaining() + " bytes]";
  }
}
