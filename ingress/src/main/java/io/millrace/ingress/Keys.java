package io.millrace.ingress;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.millrace.schemas.config.AccountConfig;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Whose key is it. Only hashes are kept. Looking a hash up needs no constant time: who can choose
 * the key cannot choose its SHA-256.
 */
public final class Keys {

  private static final HexFormat HEX = HexFormat.of();

  private final Map<String, Client> clients;
  private final Optional<String> adminSha256;

  public Keys(List<AccountConfig> accounts, Optional<String> adminSha256) {
    var byHash = new HashMap<String, Client>();
    for (var account : accounts) {
      for (var key : account.keys()) {
        byHash.put(key.sha256(), new Client(account.id(), key.name()));
      }
    }
    this.clients = Map.copyOf(byHash);
    this.adminSha256 = adminSha256;
  }

  public Optional<Client> clientOf(String key) {
    return Optional.ofNullable(clients.get(sha256(key)));
  }

  public boolean isAdmin(String key) {
    return adminSha256.isPresent() && adminSha256.get().equals(sha256(key));
  }

  private static String sha256(String key) {
    return HEX.formatHex(Sha256.digest().digest(key.getBytes(UTF_8)));
  }
}
