package io.millrace.workers.cohere;

import io.millrace.workers.contract.AdapterContract;
import java.util.Set;

class CohereContractTest implements AdapterContract {

  @Override
  public String kind() {
    return "cohere";
  }

  @Override
  public String basePath() {
    return "/";
  }

  @Override
  public Set<Told> told() {
    return Set.of(Told.CACHED_TOKENS);
  }
}
