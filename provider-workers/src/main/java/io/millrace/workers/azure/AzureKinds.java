package io.millrace.workers.azure;

import io.millrace.schemas.config.ProviderConfig;
import io.millrace.workers.BaseUrl;
import io.millrace.workers.CallSigner;
import io.millrace.workers.Capabilities;
import io.millrace.workers.Credential;
import io.millrace.workers.Feature;
import io.millrace.workers.ProviderAdapter;
import io.millrace.workers.ProviderKind;
import io.millrace.workers.ProviderKinds;
import io.millrace.workers.Support;
import io.millrace.workers.openai.OpenAiAdapter;
import io.millrace.workers.openai.OpenAiAdapter.Paths;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Azure OpenAI. With an {@code apiVersion} calls name the deployment in their path, without one
 * they go to the v1 form, whose {@code model} is the deployment. It is known by {@code api-key}, or
 * by an Entra application.
 */
public final class AzureKinds implements ProviderKinds {

  /** Known by the model in its body in either form. */
  private static final String RESPONSES = "/responses";

  static final URI AUTHORITY = URI.create("https://login.microsoftonline.com");

  @Override
  public List<ProviderKind> all() {
    return List.of(
        new ProviderKind(
            "azure-openai",
            Capabilities.all().with(Support.NO, Feature.MODERATIONS),
            provider -> adapter(provider, AUTHORITY)));
  }

  /**
   * @param authority where Entra lends access tokens
   */
  static ProviderAdapter adapter(ProviderConfig provider, URI authority) {
    return new OpenAiAdapter(
        BaseUrl.of(provider, ""), credentials(provider, authority), paths(provider.apiVersion()));
  }

  private static List<Credential> credentials(ProviderConfig provider, URI authority) {
    var entra = provider.credentials();
    return entra.tenantId().isEmpty()
        ? Credential.each(provider.keys(), key -> CallSigner.header("api-key", key))
        : List.of(new Credential.Lent(new EntraLender(authority, entra)));
  }

  private static Paths paths(String apiVersion) {
    if (apiVersion.isEmpty()) {
      return (operation, model) -> "/v1" + operation;
    }
    var query = "?api-version=" + encoded(apiVersion);
    return (operation, model) ->
        operation.equals(RESPONSES)
            ? operation + query
            : "/deployments/" + encoded(model) + operation + query;
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }
}
