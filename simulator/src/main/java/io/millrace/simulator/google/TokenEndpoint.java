package io.millrace.simulator.google;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.simulator.http.WireError;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;

/**
 * Lends access tokens for signed assertions (RFC 7523). Looks at what an assertion says, but not at
 * its signature, as it does not know the key. What it lends is the key that the script requires.
 */
final class TokenEndpoint {
  private static final JsonMapper MAPPER = JsonMapper.builder().build();
  private static final String GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer";
  private static final String TOKEN_USUAL = "ya29.simulator";
  private static final long VALID_SECONDS = 3600;

  private TokenEndpoint() {}

  /**
   * @param form the body as received
   * @param requiredKey of the script; empty when there is none
   */
  static WireError answer(byte[] form, String requiredKey) {
    Map<String, String> fields = fields(new String(form, StandardCharsets.UTF_8));
    if (!fields.getOrDefault("grant_type", "").equals(GRANT)) {
      return refused("unsupported_grant_type", "Invalid grant_type.");
    }
    String[] parts = fields.getOrDefault("assertion", "").split("\\.", -1);
    if (parts.length != 3 || parts[2].isEmpty()) {
      return refused("invalid_grant", "Bad Request: the assertion is no signed JWT.");
    }
    JsonNode claims = decoded(parts[1]);
    boolean isRight =
        decoded(parts[0]).path("alg").asText().equals("RS256")
            && !claims.path("iss").asText().isEmpty()
            && !claims.path("scope").asText().isEmpty()
            && claims.path("aud").asText().endsWith("/token")
            && claims.path("exp").asLong() > claims.path("iat").asLong()
            && claims.path("exp").asLong() <= claims.path("iat").asLong() + VALID_SECONDS;
    return isRight ? lent(requiredKey) : refused("invalid_grant", "Invalid JWT.");
  }

  private static WireError lent(String requiredKey) {
    ObjectNode root = MAPPER.createObjectNode();
    root.put("access_token", requiredKey.isEmpty() ? TOKEN_USUAL : requiredKey)
        .put("expires_in", VALID_SECONDS)
        .put("token_type", "Bearer");
    return new WireError(200, Map.of(), Buffer.buffer(root.toString()));
  }

  private static WireError refused(String error, String description) {
    ObjectNode root = MAPPER.createObjectNode();
    root.put("error", error).put("error_description", description);
    return new WireError(400, Map.of(), Buffer.buffer(root.toString()));
  }

  private static Map<String, String> fields(String form) {
    var fields = new HashMap<String, String>();
    for (String field : form.split("&", -1)) {
      int equals = field.indexOf('=');
      if (equals > 0) {
        fields.put(field.substring(0, equals), unescaped(field.substring(equals + 1)));
      }
    }
    return fields;
  }

  private static String unescaped(String text) {
    try {
      return URLDecoder.decode(text, StandardCharsets.UTF_8);
    } catch (IllegalArgumentException notEncoded) {
      return text;
    }
  }

  private static JsonNode decoded(String base64) {
    try {
      return MAPPER.readTree(Base64.getUrlDecoder().decode(base64));
    } catch (IOException | IllegalArgumentException notJson) {
      return MissingNode.getInstance();
    }
  }
}
