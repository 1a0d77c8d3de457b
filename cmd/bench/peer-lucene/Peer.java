import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.analysis.CharArraySet;
import org.apache.lucene.analysis.cjk.CJKAnalyzer;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.IntPoint;
import org.apache.lucene.document.LatLonPoint;
import org.apache.lucene.document.NumericDocValuesField;
import org.apache.lucene.document.StringField;
import org.apache.lucene.document.TextField;
import org.apache.lucene.facet.DrillDownQuery;
import org.apache.lucene.facet.DrillSideways;
import org.apache.lucene.facet.Facets;
import org.apache.lucene.facet.FacetsCollector;
import org.apache.lucene.facet.FacetsConfig;
import org.apache.lucene.facet.sortedset.DefaultSortedSetDocValuesReaderState;
import org.apache.lucene.facet.sortedset.SortedSetDocValuesFacetCounts;
import org.apache.lucene.facet.sortedset.SortedSetDocValuesFacetField;
import org.apache.lucene.facet.sortedset.SortedSetDocValuesReaderState;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.MultiTerms;
import org.apache.lucene.index.Term;
import org.apache.lucene.index.Terms;
import org.apache.lucene.index.TermsEnum;
import org.apache.lucene.search.BooleanClause.Occur;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.BoostQuery;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.MatchAllDocsQuery;
import org.apache.lucene.search.MultiCollector;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.Sort;
import org.apache.lucene.search.SortField;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.search.TopDocs;
import org.apache.lucene.search.TopDocsCollector;
import org.apache.lucene.search.TopFieldCollector;
import org.apache.lucene.search.TopScoreDocCollector;
import org.apache.lucene.search.uhighlight.UnifiedHighlighter;
import org.apache.lucene.store.MMapDirectory;
import org.apache.lucene.util.BytesRef;
import org.apache.lucene.util.QueryBuilder;

/**
 * Peer is Lucene as someone would use it who knows it: bigrams for Chinese, sorted-set facets with
 * drill-sideways, points for years and places, the unified highlighter. It is told what to do on
 * standard input, a line each, and times its own answers, so that the pipe does not count.
 */
public class Peer {
  static final String[] FACETS = {"collection", "kind", "period", "category", "level", "material"};
  static final int PAGE = 20, FOLLOWING = 10, VALUES = 60, COMPLETIONS = 10, SCAN = 1000;

  /** View is one state of the index, with what its facets need. */
  record View(DirectoryReader reader, IndexSearcher searcher, SortedSetDocValuesReaderState state) {}

  final Analyzer analyzer = new CJKAnalyzer(CharArraySet.EMPTY_SET);
  final QueryBuilder builder = new QueryBuilder(analyzer);
  final FacetsConfig config = new FacetsConfig();
  final IndexWriter writer;
  final AtomicReference<View> view = new AtomicReference<>();
  final List<String> changes = new ArrayList<>();

  Peer(String dir) throws IOException {
    for (String facet : FACETS) config.setMultiValued(facet, true);
    IndexWriterConfig c = new IndexWriterConfig(analyzer).setRAMBufferSizeMB(64);
    writer = new IndexWriter(new MMapDirectory(Path.of(dir)), c);
  }

  public static void main(String[] args) throws Exception {
    Peer peer = new Peer(args[0]);
    PrintStream out = new PrintStream(System.out, false, StandardCharsets.UTF_8);
    BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8), 1 << 20);
    BlockingQueue<List<String>> queue = new ArrayBlockingQueue<>(8);
    List<Thread> indexers = new ArrayList<>();
    Following following = null;
    for (String line; (line = in.readLine()) != null; ) {
      String[] words = line.split(" ");
      switch (words[0]) {
        case "index" -> { // N lines of records, by as many threads as there are cores
          for (int i = 0; i < Runtime.getRuntime().availableProcessors(); i++) indexers.add(peer.indexer(queue));
          List<String> batch = new ArrayList<>();
          for (int left = Integer.parseInt(words[1]); left > 0; left--) {
            batch.add(in.readLine());
            if (batch.size() == 500 || left == 1) {
              queue.put(batch);
              batch = new ArrayList<>();
            }
          }
          for (Thread t : indexers) queue.put(List.of());
          for (Thread t : indexers) t.join();
          peer.writer.commit();
          out.println("ok");
        }
        case "open" -> {
          peer.refresh();
          out.println("ok");
        }
        case "changes" -> { // N lines of records that are put in again and again
          for (int left = Integer.parseInt(words[1]); left > 0; left--) peer.changes.add(in.readLine());
          out.println("ok");
        }
        case "follow" -> {
          following = peer.new Following();
          following.start();
          out.println("ok");
        }
        case "stop" -> {
          following.stopped = true;
          following.join();
          out.println(following.done);
        }
        case "ask" -> {
          String[] questions = new String[Integer.parseInt(words[2])];
          for (int i = 0; i < questions.length; i++) questions[i] = in.readLine();
          for (String answer : peer.ask(questions, Integer.parseInt(words[1]))) out.println(answer);
        }
        default -> throw new IllegalArgumentException("not understood: " + line);
      }
      out.flush();
    }
    peer.writer.close();
  }

  Thread indexer(BlockingQueue<List<String>> queue) {
    Thread t = new Thread(() -> {
      try {
        for (List<String> batch; !(batch = queue.take()).isEmpty(); )
          for (String line : batch) writer.addDocument(document(line));
      } catch (Exception e) {
        fail(e);
      }
    });
    t.start();
    return t;
  }

  static void fail(Exception e) {
    e.printStackTrace();
    System.exit(1);
  }

  /** Following puts in changed records as fast as it can, and shows them a thousand at a time. */
  class Following extends Thread {
    volatile boolean stopped;
    int done;

    @Override
    public void run() {
      try {
        while (!stopped) {
          for (int i = 0; i < 1000; i++, done++) {
            String line = changes.get(done % changes.size());
            String id = line.substring(3, line.indexOf('\t'));
            writer.updateDocument(new Term("id", id), document(line));
          }
          refresh();
        }
      } catch (Exception e) {
        fail(e);
      }
    }
  }

  /** refresh shows what was written. A view that somebody still uses is closed by the last one. */
  void refresh() throws IOException {
    View old = view.get();
    DirectoryReader reader = old == null ? DirectoryReader.open(writer) : DirectoryReader.openIfChanged(old.reader);
    if (reader == null) return;
    view.set(new View(reader, new IndexSearcher(reader), new DefaultSortedSetDocValuesReaderState(reader)));
    if (old != null) old.reader.decRef();
  }

  View take() {
    for (; ; ) {
      View v = view.get();
      if (v.reader.tryIncRef()) return v;
    }
  }

  /** document is a record of "field=value" parts with tabs between, id first. */
  Document document(String line) throws IOException {
    Document d = new Document();
    int from = 0, to = 0;
    double lat = Double.NaN, lon = Double.NaN;
    for (String part : line.split("\t")) {
      int at = part.indexOf('=');
      String name = part.substring(0, at), value = part.substring(at + 1);
      switch (name) {
        case "id" -> d.add(new StringField("id", value, Field.Store.YES));
        case "title", "text" -> d.add(new TextField(name, value, Field.Store.YES));
        case "from" -> from = Integer.parseInt(value);
        case "to" -> to = Integer.parseInt(value);
        case "lat" -> lat = Double.parseDouble(value);
        case "lon" -> lon = Double.parseDouble(value);
        case "visible", "suggest" -> d.add(new StringField(name, value, Field.Store.NO));
        default -> d.add(new SortedSetDocValuesFacetField(name, value));
      }
    }
    if (from != 0 || to != 0) {
      d.add(new IntPoint("from", from));
      d.add(new IntPoint("to", to));
      d.add(new NumericDocValuesField("date", from));
    }
    if (!Double.isNaN(lat)) d.add(new LatLonPoint("at", lat, lon));
    return config.build(d);
  }

  List<String> ask(String[] questions, int clients) throws Exception {
    String[] answers = new String[questions.length];
    AtomicInteger next = new AtomicInteger();
    List<Thread> threads = new ArrayList<>();
    long began = System.nanoTime();
    for (int c = 0; c < clients; c++) {
      Thread t = new Thread(() -> {
        try {
          for (int i; (i = next.getAndIncrement()) < questions.length; ) answers[i] = one(questions[i]);
        } catch (Exception e) {
          fail(e);
        }
      });
      t.start();
      threads.add(t);
    }
    for (Thread t : threads) t.join();
    List<String> out = new ArrayList<>(List.of(answers));
    out.add(Long.toString(System.nanoTime() - began));
    return out;
  }

  /** one answers a question with how many were found and the nanoseconds, of each page. */
  String one(String line) throws IOException {
    View v = take();
    try {
      return new Question(line).answer(v);
    } finally {
      v.reader.decRef();
    }
  }

  class Question {
    final List<String> words = new ArrayList<>();
    final List<String[]> filters = new ArrayList<>();
    String phrase, prefix;
    int from = Integer.MIN_VALUE, to = Integer.MAX_VALUE, page;
    boolean years, byDate, facets, highlight;
    double[] box;

    Question(String line) {
      for (String part : line.split("\t")) {
        int at = part.indexOf('=');
        String name = part.substring(0, at), value = part.substring(at + 1);
        switch (name) {
          case "word" -> words.add(value);
          case "phrase" -> phrase = value;
          case "prefix" -> prefix = value;
          case "from" -> from = Integer.parseInt(value);
          case "to" -> to = Integer.parseInt(value);
          case "date" -> byDate = true;
          case "facets" -> facets = true;
          case "highlight" -> highlight = true;
          case "page" -> page = Integer.parseInt(value);
          case "box" -> {
            String[] b = value.split(",");
            box = new double[4];
            for (int i = 0; i < 4; i++) box[i] = Double.parseDouble(b[i]);
          }
          default -> filters.add(new String[] {name, value});
        }
      }
      years = from != Integer.MIN_VALUE;
    }

    String answer(View v) throws IOException {
      if (page > 0) return deep(v);
      long began = System.nanoTime();
      int found = prefix != null ? complete(v) : search(v);
      return found + " " + (System.nanoTime() - began);
    }

    /** both looks for words in the title, which count more, and in all other texts. */
    void both(BooleanQuery.Builder to, String words, boolean together) {
      BooleanQuery.Builder any = new BooleanQuery.Builder();
      for (String field : new String[] {"title", "text"}) {
        Query q = together ? builder.createPhraseQuery(field, words) : builder.createBooleanQuery(field, words, Occur.MUST);
        if (q != null) any.add(field.equals("title") ? new BoostQuery(q, 3) : q, Occur.SHOULD);
      }
      to.add(any.build(), Occur.MUST);
    }

    Query query() {
      BooleanQuery.Builder b = new BooleanQuery.Builder();
      for (String w : words) both(b, w, true);
      if (phrase != null) both(b, phrase, true);
      if (words.isEmpty() && phrase == null) b.add(new MatchAllDocsQuery(), Occur.MUST);
      b.add(new TermQuery(new Term("visible", "1")), Occur.FILTER);
      if (years) {
        b.add(IntPoint.newRangeQuery("from", Integer.MIN_VALUE, to), Occur.FILTER);
        b.add(IntPoint.newRangeQuery("to", from, Integer.MAX_VALUE), Occur.FILTER);
      }
      if (box != null) b.add(LatLonPoint.newBoxQuery("at", box[1], box[3], box[0], box[2]), Occur.FILTER);
      return b.build();
    }

    Query filtered() {
      if (filters.isEmpty()) return query();
      DrillDownQuery q = new DrillDownQuery(config, query());
      for (String[] f : filters) q.add(f[0], f[1]);
      return q;
    }

    int search(View v) throws IOException {
      TopDocsCollector<?> top = byDate
          ? TopFieldCollector.create(new Sort(new SortField("date", SortField.Type.INT)), PAGE, Integer.MAX_VALUE)
          : TopScoreDocCollector.create(PAGE, Integer.MAX_VALUE);
      Query query = filtered();
      Facets counts = null;
      if (facets && query instanceof DrillDownQuery) {
        counts = new DrillSideways(v.searcher, config, v.state).search((DrillDownQuery) query, top).facets;
      } else if (facets) {
        FacetsCollector all = new FacetsCollector();
        v.searcher.search(query, MultiCollector.wrap(top, all));
        counts = new SortedSetDocValuesFacetCounts(v.state, all);
      } else {
        v.searcher.search(query, top);
      }
      if (counts != null) for (String facet : FACETS) counts.getTopChildren(VALUES, facet);
      TopDocs found = top.topDocs();
      if (highlight) {
        new UnifiedHighlighter(v.searcher, analyzer).highlightFields(new String[] {"title", "text"}, query(), found);
      }
      for (ScoreDoc d : found.scoreDocs) v.searcher.doc(d.doc);
      return top.getTotalHits();
    }

    /** deep goes to a page untimed, as hexi does by cursors, and times those behind it. */
    String deep(View v) throws IOException {
      Query query = filtered();
      TopDocs before = v.searcher.search(query, (page - 1) * PAGE);
      StringBuilder out = new StringBuilder();
      ScoreDoc last = before.scoreDocs[before.scoreDocs.length - 1];
      for (int i = 0; i < FOLLOWING; i++) {
        long began = System.nanoTime();
        TopScoreDocCollector top = TopScoreDocCollector.create(PAGE, last, Integer.MAX_VALUE);
        v.searcher.search(query, top);
        TopDocs found = top.topDocs();
        for (ScoreDoc d : found.scoreDocs) v.searcher.doc(d.doc);
        out.append(i == 0 ? top.getTotalHits() * FOLLOWING + " " : " ").append(System.nanoTime() - began);
        if (found.scoreDocs.length == 0) break;
        last = found.scoreDocs[found.scoreDocs.length - 1];
      }
      return out.toString();
    }

    /** complete takes the completions that are in most records, by the dictionary's own counts. */
    int complete(View v) throws IOException {
      List<Object[]> found = new ArrayList<>();
      Terms terms = MultiTerms.getTerms(v.reader, "suggest");
      TermsEnum e = terms.iterator();
      BytesRef from = new BytesRef(prefix);
      if (e.seekCeil(from) == TermsEnum.SeekStatus.END) return 0;
      for (int n = 0; n < SCAN && org.apache.lucene.util.StringHelper.startsWith(e.term(), from); n++) {
        found.add(new Object[] {e.docFreq(), e.term().utf8ToString()});
        if (e.next() == null) break;
      }
      found.sort((a, b) -> (Integer) b[0] - (Integer) a[0]);
      return Math.min(COMPLETIONS, found.size());
    }
  }
}
