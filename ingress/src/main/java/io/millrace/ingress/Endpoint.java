package io.millrace.ingress;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
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
  },
  RESPONSES("/v1/responses") {
    @Override
    public Checked<ModelCall> check(JsonNode body, int bodyBytes) {
      return ResponsesRequest.check(body, bodyBytes);
    }
  },
  MODERATIONS("/v1/moderations") {
    @Override
    public Checked<ModelCall> check(JsonNode body, int bodyBytes) {
      return ModerationsRequest.check(body, bodyBytes);
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

  /** The same of a line of a batch, which stands for itself and is sent as it is. */
  public Checked<ModelCall> checkLine(JsonNode body, int bodyBytes) {
    var lacking =
        switch (this) {
          case CHAT_COMPLETIONS, EMBEDDINGS -> Optional.<ApiError>empty();
          case RESPONSES -> ResponsesRequest.problemOfLine(body);
          case MODERATIONS -> ModerationsRequest.problemOfLine(body);
        };
    return lacking
        .<Checked<ModelCall>>map(Checked::refused)
        .orElseGet(() -> check(body, bodyBytes));
  }

  /** Puts into the body what a provider needs and a client may leave out; true if it did. */
  public boolean complete(ObjectNode body) {
    return switch (this) {
      case CHAT_COMPLETIONS, EMBEDDINGS, RESPONSES -> false;
      case MODERATIONS -> ModerationsRequest.complete(body);
    };
  }

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
