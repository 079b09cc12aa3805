package io.millrace.workers.google;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.workers.canonical.Json;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Instant;
import java.util.Base64;

/**
 * A service account's key, as Google's key files hold it. Signs the assertion (RFC 7523) that the
 * token endpoint lends an access token for.
 */
record ServiceAccount(
    String email, String keyId, String project, URI tokenUri, PrivateKey privateKey) {

  private static final String SCOPE = "https://www.googleapis.com/auth/cloud-platform";
  private static final String TOKEN_URI = "https://oauth2.googleapis.com/token";
  private static final long VALID_SECONDS = 3600;

  /**
   * Reads a key file.
   *
   * @throws IOException when it cannot be read or is none, with a message that holds no secret
   */
  static ServiceAccount read(Path file) throws IOException {
    JsonNode root;
    try {
      root = Json.MAPPER.readTree(Files.readAllBytes(file));
    } catch (JsonProcessingException e) {
      // Its message quotes the file.
      throw new IOException("is not JSON");
    }
    var type = root.path("type").asText("");
    if (!type.equals("service_account")) {
      throw new IOException("holds credentials of type '" + type + "', not 'service_account'");
    }
    var tokenUri = root.path("token_uri").asText("");
    return new ServiceAccount(
        required(root, "client_email"),
        root.path("private_key_id").asText(""),
        root.path("project_id").asText(""),
        uriOf(tokenUri.isEmpty() ? TOKEN_URI : tokenUri),
        keyOf(required(root, "private_key")));
  }

  /** The signed assertion: who asks, for what, of whom, and for how long. */
  String assertion(Instant now) {
    var header = Json.MAPPER.createObjectNode().put("alg", "RS256").put("typ", "JWT");
    if (!keyId.isEmpty()) {
      header.put("kid", keyId);
    }
    var claims =
        Json.MAPPER
            .createObjectNode()
            .put("iss", email)
            .put("scope", SCOPE)
            .put("aud", tokenUri.toString())
            .put("iat", now.getEpochSecond())
            .put("exp", now.getEpochSecond() + VALID_SECONDS);
    var signed = base64(Json.bytes(header)) + "." + base64(Json.bytes(claims));
    return signed + "." + base64(signature(signed));
  }

  private byte[] signature(String text) {
    try {
      var signature = Signature.getInstance("SHA256withRSA");
      signature.initSign(privateKey);
      signature.update(text.getBytes(StandardCharsets.US_ASCII));
      return signature.sign();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK signs with an RSA key that it has read", e);
    }
  }

  private static String base64(byte[] bytes) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  private static String required(JsonNode root, String name) throws IOException {
    var value = root.path(name).asText("");
    if (value.isEmpty()) {
      throw new IOException("has no " + name);
    }
    return value;
  }

  private static URI uriOf(String text) throws IOException {
    try {
      return URI.create(text);
    } catch (IllegalArgumentException e) {
      throw new IOException("has a token_uri that is no URL");
    }
  }

  private static PrivateKey keyOf(String pem) throws IOException {
    var base64 =
        pem.replace("-----BEGIN PRIVATE KEY-----", "")
            .replace("-----END PRIVATE KEY-----", "")
            .replaceAll("\\s", "");
    try {
      var spec = new PKCS8EncodedKeySpec(Base64.getDecoder().decode(base64));
      return KeyFactory.getInstance("RSA").generatePrivate(spec);
    } catch (GeneralSecurityException | IllegalArgumentException e) {
      // The cause would quote the key.
      throw new IOException("has a private_key that is no RSA key in PKCS #8");
    }
  }

  /** Leaves the key out. */
  @Override
  public String toString() {
    return "ServiceAccount[" + email + "]";
  }
}
