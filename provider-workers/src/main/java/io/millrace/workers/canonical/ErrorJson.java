package io.millrace.workers.canonical;

import io.millrace.workers.ClientError;

/** OpenAI's error body: always all four keys. */
public final class ErrorJson {

  private ErrorJson() {}

  public static byte[] of(ClientError error) {
    var root = Json.MAPPER.createObjectNode();
    root.putObject("error")
        .put("message", error.message())
        .put("type", error.type())
        .put("param", error.param())
        .put("code", error.code());
    return Json.bytes(root);
  }
}
