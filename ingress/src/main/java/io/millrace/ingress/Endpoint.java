package io.millrace.ingress;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.Optional;

/** The calls of OpenAI's face that become requests. */
public enum Endpoint {
  CHAT_COMPLETIONS("/v1/chat/completions") {
    @Override
    public Checked<ModelCall> check(JsonNode body, int bodyBytes) {
      return ChatRequest.check(body, bodyBytes);
    }
  },
  EMBEDDINGS("/v1/embeddings") {
    @Override
    public Checked<ModelCall> check(JsonNode body, int bodyBytes) {
      return EmbeddingsRequest.check(body, bodyBytes);
    }
  };

  private final String path;

  Endpoint(String path) {
    this.path = path;
  }

  public String path() {
    return path;
  }

  /** What the body asks for, or what is wrong with it. */
  public abstract Checked<ModelCall> check(JsonNode body, int bodyBytes);

  /** SHA-256 over path and body: tells whether a repeated id carries the same request. */
  public String fingerprint(ByteBuffer body) {
    var digest = Sha256.digest();
    digest.update(path.getBytes(UTF_8));
    digest.update((byte) '\n');
    digest.update(body.duplicate());
    return HexFormat.of().formatHex(digest.digest());
  }

  public static Optional<Endpoint> ofPath(String path) {
    for (var endpoint : values()) {
      if (endpoint.path.equals(path)) {
        return Optional.of(endpoint);
      }
    }
    return Optional.empty();
  }
}
