package io.millrace.workers.google;

import io.millrace.schemas.config.ProviderConfig;
import io.millrace.workers.canonical.Json;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;

/** Key files of a service account that exists nowhere. */
final class KeyFiles {

  static final KeyPair KEYS = newKeys();

  private KeyFiles() {}

  static String text(String tokenUri) {
    var pem =
        "-----BEGIN PRIVATE KEY-----\n"
            + Base64.getMimeEncoder().encodeToString(KEYS.getPrivate().getEncoded())
            + "\n-----END PRIVATE KEY-----\n";
    return Json.MAPPER
        .createObjectNode()
        .put("type", "service_account")
        .put("project_id", "p1")
        .put("private_key_id", "k1")
        .put("private_key", pem)
        .put("client_email", "millrace@p1.iam.gserviceaccount.com")
        .put("token_uri", tokenUri)
        .toString();
  }

  static ProviderConfig config(
      ProviderConfig usual, String region, String project, String credentialsFile) {
    return new ProviderConfig(
        usual.name(),
        usual.kind(),
        usual.baseUrl(),
        usual.keys(),
        region,
        project,
        usual.apiVersion(),
        usual.credentials(),
        credentialsFile,
        usual.unsupportedParameters(),
        usual.responses(),
        usual.limits(),
        usual.timeouts());
  }

  private static KeyPair newKeys() {
    try {
      var generator = KeyPairGenerator.getInstance("RSA");
      generator.initialize(2048);
      return generator.generateKeyPair();
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has RSA", e);
    }
  }
}
